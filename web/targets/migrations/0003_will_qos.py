
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('targets', '0002_options'),
    ]

    operations = [
        migrations.AlterField(
            model_name='target',
            name='will_qos',
            field=models.PositiveSmallIntegerField(choices=[(0, '0, at most once'), (1, '1, at least once'), (2, '2, exactly once')], default=0),
        ),
    ]
