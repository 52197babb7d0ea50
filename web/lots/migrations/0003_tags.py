from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lots', '0002_options'),
    ]

    operations = [
        migrations.AddField(
            model_name='lot',
            name='tags',
            field=models.CharField(blank=True, max_length=400),
        ),
    ]
