from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('targets', '0006_ownership'),
    ]

    operations = [
        migrations.AddField(
            model_name='ownership',
            name='warned',
            field=models.DateTimeField(null=True),
        ),
    ]
