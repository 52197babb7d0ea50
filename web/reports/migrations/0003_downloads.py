from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_staff'),
        ('reports', '0002_initial'),
        ('runs', '0007_surviving'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='report',
            name='report_state_is_known',
        ),
        migrations.AddField(
            model_name='report',
            name='form',
            field=models.CharField(choices=[('csv', 'CSV'), ('jsonl', 'JSON Lines'), ('parquet', 'Parquet')], default='csv', max_length=7),
        ),
        migrations.AddField(
            model_name='report',
            name='is_mailed',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='report',
            name='is_packed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='report',
            name='looked',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='report',
            name='looked_total',
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='report',
            name='parts',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='report',
            name='query',
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name='report',
            name='rows_total',
            field=models.PositiveBigIntegerField(default=0, null=True),
        ),
        migrations.AlterField(
            model_name='report',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued'), ('running', 'Being made'), ('ready', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=9),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'ready', 'failed', 'cancelled'])), name='report_state_is_known'),
        ),
    ]
