
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('targets', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='target',
            name='options',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='target',
            name='protocol',
            field=models.CharField(default='mqtt', max_length=20),
        ),
    ]
