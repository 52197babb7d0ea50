import datetime
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_staff'),
        ('lots', '0003_tags'),
        ('runs', '0008_longest'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('zone', models.CharField(default='UTC', max_length=64)),
                ('moment', models.DateTimeField(blank=True, null=True)),
                ('cron', models.CharField(blank=True, max_length=100)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('longest', models.DurationField(blank=True, null=True)),
                ('overlap', models.CharField(choices=[('skip', 'Skip the new start'), ('queue', 'Start it once the old run is over'), ('replace', 'Stop the old run, then start')], default='skip', max_length=8)),
                ('catch_up', models.DurationField(default=datetime.timedelta(seconds=900))),
                ('next_at', models.DateTimeField(null=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('changed', models.DateTimeField(default=django.utils.timezone.now)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedules', to='lots.lot')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedules', to='accounts.workspace')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('moment', models.DateTimeField()),
                ('count', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('starting', 'Starting'), ('started', 'Started'), ('skipped', 'Skipped'), ('missed', 'Missed'), ('refused', 'Refused')], default='waiting', max_length=8)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('taken', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled', models.DateTimeField(null=True)),
                ('claimed', models.DateTimeField(null=True)),
                ('not_before', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('run', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='turn', to='runs.run')),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='schedules.schedule')),
            ],
            options={
                'ordering': ['-moment', '-id'],
            },
        ),
        migrations.AddIndex(
            model_name='schedule',
            index=models.Index(fields=['next_at'], name='schedules_by_moment'),
        ),
        migrations.AddIndex(
            model_name='schedule',
            index=models.Index(fields=['workspace', 'name'], name='schedules_of_a_workspace'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(('overlap__in', ['skip', 'queue', 'replace'])), name='schedule_overlap_is_known'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(('moment', None), ('cron', ''), _connector='XOR'), name='schedule_comes_once_or_by_cron'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(('longest', None), ('longest__gt', datetime.timedelta(0)), _connector='OR'), name='schedule_runs_last_some_time'),
        ),
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'starting'])), fields=['not_before'], name='turns_that_are_open'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.UniqueConstraint(fields=('schedule', 'moment'), name='turn_once_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='turn',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'starting', 'started', 'skipped', 'missed', 'refused'])), name='turn_state_is_known'),
        ),
    ]
