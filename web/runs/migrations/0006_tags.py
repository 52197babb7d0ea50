
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0005_faults_and_way_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='tags',
            field=models.CharField(blank=True, max_length=400),
        ),
    ]
