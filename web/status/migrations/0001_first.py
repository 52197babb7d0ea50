import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('alerts', '0003_kind_scaling'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Ping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, unique=True)),
                ('tried', models.DateTimeField()),
                ('through', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='Present',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('component', models.CharField(max_length=12, unique=True)),
                ('state', models.CharField(max_length=8)),
                ('words', models.CharField(blank=True, max_length=200)),
                ('since', models.DateTimeField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('incident', 'Incident'), ('maintenance', 'Planned maintenance')], max_length=11)),
                ('title', models.CharField(max_length=120)),
                ('impact', models.CharField(choices=[('none', 'None: for information'), ('minor', 'Minor: some notice it'), ('major', 'Major: much does not work'), ('critical', 'Critical: nothing works')], default='minor', max_length=8)),
                ('components', models.JSONField(default=list)),
                ('stage', models.CharField(choices=[('investigating', 'Investigating'), ('identified', 'Identified'), ('monitoring', 'Monitoring'), ('resolved', 'Resolved'), ('scheduled', 'Scheduled'), ('going', 'In progress'), ('completed', 'Completed')], max_length=13)),
                ('begins', models.DateTimeField()),
                ('ends', models.DateTimeField(blank=True, null=True)),
                ('effect', models.CharField(blank=True, choices=[('', 'Nothing: our own records alone'), ('degraded', 'At least degraded'), ('down', 'Down')], max_length=8)),
                ('post_mortem', models.TextField(blank=True, max_length=20000)),
                ('post_mortem_at', models.DateTimeField(null=True)),
                ('published', models.DateTimeField(null=True)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('changed', models.DateTimeField(default=django.utils.timezone.now)),
                ('alert', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='announcements', to='alerts.incident')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-begins', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Day',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('component', models.CharField(max_length=12)),
                ('minutes', models.TextField(default='................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................................')),
                ('up', models.PositiveIntegerField(default=0)),
                ('degraded', models.PositiveIntegerField(default=0)),
                ('down', models.PositiveIntegerField(default=0)),
                ('maintenance', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['day', 'component'],
                'constraints': [models.UniqueConstraint(fields=('day', 'component'), name='status_day_once')],
            },
        ),
        migrations.CreateModel(
            name='Update',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('stage', models.CharField(choices=[('investigating', 'Investigating'), ('identified', 'Identified'), ('monitoring', 'Monitoring'), ('resolved', 'Resolved'), ('scheduled', 'Scheduled'), ('going', 'In progress'), ('completed', 'Completed')], max_length=13)),
                ('words', models.TextField(max_length=2000)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='updates', to='status.announcement')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddIndex(
            model_name='announcement',
            index=models.Index(fields=['-begins'], name='announcements_by_time'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(('ends', None), ('ends__gte', models.F('begins')), _connector='OR'), name='announcement_ends_after_it_begins'),
        ),
    ]
