from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scaling', '0001_scaling'),
    ]

    operations = [
        migrations.AddField(
            model_name='scaled',
            name='stuck_since',
            field=models.DateTimeField(null=True),
        ),
    ]
