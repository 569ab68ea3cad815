from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('records', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ReminderRow',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=160)),
                ('person', fields.CharField(db_index=True, max_length=64)),
                ('subject', fields.CharField(max_length=64)),
                ('province', fields.CharField(max_length=32)),
                ('kind', fields.CharField(max_length=32)),
                ('month', fields.CharField(max_length=7)),
                ('due_on', fields.DateField()),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reminders', 'app': 'records', 'unique_together': (('subject', 'kind'),), 'indexes': [Index(fields=['told_at', 'due_on'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
    ]
