import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_shield'),
        ('runs', '0013_column_defaults'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Expected',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('data', models.JSONField()),
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='expected', to='runs.run')),
            ],
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=60, unique=True)),
                ('is_default', models.BooleanField(default=False)),
                ('mocks', models.PositiveIntegerField(blank=True, null=True)),
                ('runs', models.PositiveIntegerField(blank=True, null=True)),
                ('mock_hours', models.PositiveBigIntegerField(blank=True, null=True)),
                ('messages', models.PositiveBigIntegerField(blank=True, null=True)),
                ('log_gigabytes', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('stops_runs', models.BooleanField(default=False)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='one_plan_is_the_default')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='usage.plan')),
                ('workspace', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='subscription', to='accounts.workspace')),
            ],
        ),
        migrations.CreateModel(
            name='Kept',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('workspace_code', models.UUIDField()),
                ('workspace_name', models.CharField(max_length=80)),
                ('month', models.DateField()),
                ('until', models.DateTimeField()),
                ('bytes', models.PositiveBigIntegerField(default=0)),
                ('peak_bytes', models.PositiveBigIntegerField(default=0)),
                ('gigabyte_hours', models.FloatField(default=0.0)),
                ('mails', models.PositiveIntegerField(default=0)),
                ('workspace', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='kept', to='accounts.workspace')),
            ],
            options={
                'ordering': ['month', 'id'],
                'constraints': [models.UniqueConstraint(fields=('workspace_code', 'month'), name='kept_once_a_month'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='kept_is_of_a_month')],
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('item', models.CharField(max_length=40)),
                ('amount', models.DecimalField(decimal_places=8, max_digits=18, null=True)),
                ('since', models.DateField()),
                ('set_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['item', 'since'],
                'constraints': [models.UniqueConstraint(fields=('item', 'since'), name='price_once_a_month'), models.CheckConstraint(condition=models.Q(('amount', None), ('amount__gte', 0), _connector='OR'), name='price_is_not_negative'), models.CheckConstraint(condition=models.Q(('since__day', 1)), name='price_begins_with_a_month')],
            },
        ),
        migrations.CreateModel(
            name='Use',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('workspace_code', models.UUIDField()),
                ('workspace_name', models.CharField(max_length=80)),
                ('run_code', models.UUIDField()),
                ('run_name', models.CharField(max_length=120)),
                ('started_at', models.DateTimeField()),
                ('month', models.DateField()),
                ('until', models.DateTimeField()),
                ('mocks', models.PositiveIntegerField(default=0)),
                ('mock_seconds', models.PositiveBigIntegerField(default=0)),
                ('messages', models.PositiveBigIntegerField(default=0)),
                ('failed', models.PositiveBigIntegerField(default=0)),
                ('bytes', models.PositiveBigIntegerField(default=0)),
                ('bytes_out', models.PositiveBigIntegerField(default=0)),
                ('bytes_in', models.PositiveBigIntegerField(default=0)),
                ('log_bytes', models.PositiveBigIntegerField(default=0)),
                ('tower_seconds', models.FloatField(default=0.0)),
                ('towers', models.PositiveIntegerField(default=0)),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='uses', to='runs.run')),
                ('workspace', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='uses', to='accounts.workspace')),
            ],
            options={
                'ordering': ['month', 'id'],
                'indexes': [models.Index(fields=['workspace_code', 'month'], name='uses_of_a_workspace'), models.Index(fields=['month'], name='uses_of_a_month')],
                'constraints': [models.UniqueConstraint(fields=('run_code', 'month'), name='use_once_a_month'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='use_is_of_a_month')],
            },
        ),
    ]
