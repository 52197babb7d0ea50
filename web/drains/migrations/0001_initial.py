import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('lots', '0003_tags'),
        ('runs', '0006_tags'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Drain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('s3', 'S3 bucket'), ('kinesis', 'Kinesis stream'), ('cloudwatch', 'CloudWatch log group'), ('http', 'HTTP endpoint')], max_length=10)),
                ('settings', models.JSONField(default=dict)),
                ('sealed', models.JSONField(default=dict, editable=False)),
                ('secrets_set', models.DateTimeField(editable=False, null=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('tags', models.CharField(blank=True, max_length=400)),
                ('events', models.JSONField(blank=True, default=list)),
                ('results', models.JSONField(blank=True, default=list)),
                ('share', models.FloatField(default=1.0)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('changed', models.DateTimeField(default=django.utils.timezone.now)),
                ('paused', models.DateTimeField(null=True)),
                ('paused_because', models.CharField(blank=True, max_length=500)),
                ('fence', models.PositiveIntegerField(default=0)),
                ('leased_until', models.DateTimeField(null=True)),
                ('asked', models.DateTimeField(null=True)),
                ('next_try', models.DateTimeField(null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('last_error_at', models.DateTimeField(null=True)),
                ('last_shipped_at', models.DateTimeField(null=True)),
                ('shipped', models.PositiveBigIntegerField(default=0)),
                ('shipped_bytes', models.PositiveBigIntegerField(default=0)),
                ('refused', models.PositiveBigIntegerField(default=0)),
                ('unkept', models.PositiveBigIntegerField(default=0)),
                ('lost', models.PositiveBigIntegerField(default=0)),
                ('shards', models.PositiveIntegerField(null=True)),
                ('test_asked', models.DateTimeField(null=True)),
                ('test_at', models.DateTimeField(null=True)),
                ('test_went_well', models.BooleanField(default=False)),
                ('test_result', models.CharField(blank=True, max_length=500)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lots', models.ManyToManyField(blank=True, related_name='drains', to='lots.lot')),
                ('paused_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drains', to='accounts.workspace')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('run_name', models.CharField(max_length=120)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason', models.CharField(max_length=500)),
                ('records', models.PositiveIntegerField()),
                ('size', models.PositiveBigIntegerField()),
                ('key', models.CharField(max_length=300, unique=True)),
                ('state', models.CharField(choices=[('kept', 'Kept'), ('asked', 'Being sent again')], default='kept', max_length=5)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('drain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='drains.drain')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.run')),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Point',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('records', models.PositiveBigIntegerField()),
                ('seconds', models.PositiveIntegerField()),
                ('shipped', models.PositiveBigIntegerField()),
                ('drain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='points', to='drains.drain')),
            ],
            options={
                'ordering': ['at'],
            },
        ),
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('places', models.JSONField(default=dict)),
                ('is_asked', models.BooleanField(default=False)),
                ('is_done', models.BooleanField(default=False)),
                ('shipped', models.PositiveBigIntegerField(default=0)),
                ('refused', models.PositiveBigIntegerField(default=0)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('drain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='progress', to='drains.drain')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='runs.run')),
            ],
            options={
                'ordering': ['-at'],
            },
        ),
        migrations.AddIndex(
            model_name='drain',
            index=models.Index(fields=['paused', 'next_try'], name='drains_due'),
        ),
        migrations.AddConstraint(
            model_name='drain',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='drain_name_once'),
        ),
        migrations.AddConstraint(
            model_name='drain',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['s3', 'kinesis', 'cloudwatch', 'http'])), name='drain_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='drain',
            constraint=models.CheckConstraint(condition=models.Q(('share__gt', 0), ('share__lte', 1)), name='drain_share_in_range'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['kept', 'asked'])), name='letter_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='point',
            constraint=models.UniqueConstraint(fields=('drain', 'at'), name='drain_point_once'),
        ),
        migrations.AddConstraint(
            model_name='progress',
            constraint=models.UniqueConstraint(fields=('drain', 'run'), name='drain_run_once'),
        ),
    ]
