import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0008_longest'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='abort_requested',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='paused',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('order', models.JSONField()),
                ('since', models.FloatField()),
                ('asked', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('words', models.CharField(blank=True, max_length=200)),
                ('ended', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='runs.run')),
            ],
            options={
                'ordering': ['asked', 'id'],
            },
        ),
    ]
