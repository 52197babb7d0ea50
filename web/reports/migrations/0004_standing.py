
import datetime
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_longest_run'),
        ('reports', '0003_downloads'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('every', models.CharField(choices=[('day', 'Every day'), ('week', 'Every week'), ('month', 'Every month')], default='month', max_length=5)),
                ('zone', models.CharField(default='UTC', max_length=64)),
                ('at', models.TimeField(default=datetime.time(6, 0))),
                ('content', models.CharField(choices=[('sends', 'Every send'), ('failed', 'Failed sends'), ('all', 'Everything: sends, connections, changes of status')], default='sends', max_length=6)),
                ('form', models.CharField(choices=[('csv', 'CSV'), ('jsonl', 'JSON Lines'), ('parquet', 'Parquet')], default='csv', max_length=7)),
                ('is_packed', models.BooleanField(default=True)),
                ('skips_empty', models.BooleanField(default=False)),
                ('next_at', models.DateTimeField()),
                ('paused_at', models.DateTimeField(null=True)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='standing_reports', to='accounts.workspace')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Being made'), ('ready', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=9)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('worked_at', models.DateTimeField(null=True)),
                ('rows', models.PositiveBigIntegerField(default=0)),
                ('rows_total', models.PositiveBigIntegerField(default=0, null=True)),
                ('looked', models.PositiveBigIntegerField(default=0)),
                ('looked_total', models.PositiveBigIntegerField(default=0)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('parts', models.JSONField(default=list)),
                ('finished_at', models.DateTimeField(null=True)),
                ('begin', models.DateTimeField()),
                ('end', models.DateTimeField()),
                ('is_mailed', models.BooleanField(default=False)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('standing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='editions', to='reports.standing')),
            ],
            options={
                'ordering': ['-begin', '-end', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Subscriber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('standing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscribers', to='reports.standing')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['user__name', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='standing',
            index=models.Index(fields=['next_at'], name='standing_by_moment'),
        ),
        migrations.AddIndex(
            model_name='standing',
            index=models.Index(fields=['workspace', 'name'], name='standing_of_a_workspace'),
        ),
        migrations.AddConstraint(
            model_name='standing',
            constraint=models.CheckConstraint(condition=models.Q(('every__in', ['day', 'week', 'month'])), name='standing_every_is_known'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['created'], name='editions_that_are_due'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('standing', 'begin', 'end'), name='edition_once_a_period'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'ready', 'failed', 'cancelled'])), name='edition_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='subscriber',
            constraint=models.UniqueConstraint(fields=('standing', 'user'), name='subscriber_once'),
        ),
    ]
