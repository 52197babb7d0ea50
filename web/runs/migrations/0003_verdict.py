
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0002_run_limited'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='rulings',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='run',
            name='thresholds',
            field=models.JSONField(default=list),
        ),
    ]
