import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def number_them(apps, schema_editor):
    """A chunk of before merging holds itself alone."""
    apps.get_model('logs', 'Chunk').objects.update(through=models.F('number'))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('logs', '0002_initial'),
        ('runs', '0005_faults_and_way_back'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500)),
                ('begun', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('ended', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-begun', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Reader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Retention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.PositiveIntegerField(blank=True, default=90, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)])),
                ('gigabytes', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000)])),
                ('changed', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='RunLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('removed_until', models.DateTimeField(null=True)),
                ('removed_bytes', models.PositiveBigIntegerField(default=0)),
                ('removed_at', models.DateTimeField(null=True)),
                ('swept_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Spent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=300, unique=True)),
                ('after', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name='chunk',
            name='acknowledged',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='chunk',
            name='first_mock',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='chunk',
            name='footer',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='chunk',
            name='is_loose',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='chunk',
            name='kinds',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='chunk',
            name='last_mock',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='chunk',
            name='messages',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='chunk',
            name='parts',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='chunk',
            name='reasons',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='chunk',
            name='statuses',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='chunk',
            name='through',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name='chunk',
            index=models.Index(fields=['shard', 'last'], name='chunks_of_a_shard'),
        ),
        migrations.AddIndex(
            model_name='chunk',
            index=models.Index(condition=models.Q(('is_loose', True)), fields=['shard'], name='chunks_to_merge'),
        ),
        migrations.RunPython(number_them, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='chunk',
            constraint=models.CheckConstraint(condition=models.Q(('through__gte', models.F('number'))), name='chunk_numbers_rise'),
        ),
        migrations.AddField(
            model_name='hold',
            name='begun_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='runs.run'),
        ),
        migrations.AddField(
            model_name='reader',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='log_readers', to='runs.run'),
        ),
        migrations.AddField(
            model_name='retention',
            name='changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='retention',
            name='workspace',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='retention', to='accounts.workspace'),
        ),
        migrations.AddField(
            model_name='runlog',
            name='run',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='log', to='runs.run'),
        ),
        migrations.AddField(
            model_name='spent',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='spent_chunks', to='runs.run'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(condition=models.Q(('ended', None)), fields=('run',), name='one_hold_at_a_time'),
        ),
    ]
