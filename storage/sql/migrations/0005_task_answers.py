from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('records', '0004_queue')]

    initial = False

    operations = [
        ops.AddField(
            model_name='DeskTaskRow',
            name='answer_sealed',
            field=fields.BinaryField(null=True),
        ),
    ]
