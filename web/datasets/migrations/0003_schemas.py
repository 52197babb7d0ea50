import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('datasets', '0002_geojson'),
    ]

    operations = [
        migrations.AlterField(
            model_name='dataset',
            name='name',
            field=models.CharField(max_length=100, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*\\.(csv|gpx|geojson|proto|avsc)$', "A dataset's name is made of letters, digits, “.”, “-” and “_”, and ends in .csv, .gpx, .geojson, .proto or .avsc.")]),
        ),
    ]
