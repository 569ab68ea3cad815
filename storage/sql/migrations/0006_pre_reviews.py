from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('records', '0005_task_answers')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PreReviewRow',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('person', fields.CharField(default='', db_index=True, max_length=64)),
                ('subject', fields.CharField(default='', db_index=True, max_length=64)),
                ('province', fields.CharField(max_length=32)),
                ('city', fields.CharField(max_length=12)),
                ('month', fields.CharField(max_length=7)),
                ('state', fields.CharField(max_length=16)),
                ('source', fields.CharField(max_length=16)),
                ('verified', fields.BooleanField(default=False)),
                ('consent', fields.CharField(default='', max_length=64)),
                ('version', fields.IntField(default=0)),
                ('id_lookup', fields.CharField(db_index=True, max_length=80)),
                ('name_sealed', fields.BinaryField()),
                ('id_number_sealed', fields.BinaryField()),
                ('phone_sealed', fields.BinaryField()),
                ('missing_sealed', fields.BinaryField()),
                ('clerk', fields.CharField(default='', max_length=64)),
                ('registered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('marked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'pre_reviews', 'app': 'records', 'unique_together': (('province', 'id_lookup', 'month'),), 'indexes': [Index(fields=['province', 'state', 'month'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
