import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0006_tags"),
    ]

    operations = [
        migrations.CreateModel(
            name="Worker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dyno", models.CharField(max_length=120, unique=True)),
                ("process", models.CharField(blank=True, max_length=120)),
                ("tower", models.CharField(blank=True, max_length=120)),
                ("heard", models.DateTimeField()),
                ("mocks", models.PositiveIntegerField(default=0)),
                ("room", models.PositiveIntegerField(default=0)),
                ("is_draining", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["dyno"],
            },
        ),
        migrations.AddField(
            model_name="shard",
            name="heard",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="shard",
            name="losses",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="shard",
            name="losses_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="shard",
            name="lost",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="shard",
            name="rate",
            field=models.FloatField(default=0.0),
        ),
        migrations.AddField(
            model_name="shard",
            name="wanted_since",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fence", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("data", models.BinaryField()),
                (
                    "shard",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checkpoint",
                        to="runs.shard",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Happening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("moved", "Moved"),
                            ("lost", "Tower lost"),
                            ("went_on", "Went on"),
                            ("given_up", "Given up"),
                        ],
                        max_length=12,
                    ),
                ),
                ("shard", models.PositiveIntegerField(null=True)),
                ("mocks", models.PositiveIntegerField(default=0)),
                ("tower", models.CharField(blank=True, max_length=120)),
                ("words", models.CharField(max_length=500)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="happenings",
                        to="runs.run",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["run", "at"], name="happenings_of_a_run")],
            },
        ),
    ]
