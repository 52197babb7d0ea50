import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0009_orders'),
    ]

    operations = [
        migrations.CreateModel(
            name='Level',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.PositiveSmallIntegerField()),
                ('first', models.IntegerField()),
                ('at', models.DateTimeField()),
                ('data', models.BinaryField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='levels', to='runs.run')),
            ],
            options={
                'indexes': [models.Index(fields=['step', 'at'], name='levels_by_age')],
                'constraints': [models.UniqueConstraint(fields=('run', 'step', 'first'), name='level_once')],
            },
        ),
    ]
