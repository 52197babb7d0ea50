from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0004_injection"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="faults",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="run",
            name="way_back",
            field=models.CharField(blank=True, max_length=12),
        ),
    ]
