
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datasets', '0004_credentials'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='parts_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=1024),
        ),
    ]
