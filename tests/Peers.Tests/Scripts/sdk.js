'use strict';
// Drives the engine at WEIR_ENDPOINT with the AWS SDK for JavaScript and prints what it saw as one line of JSON.
//   node sdk.js default|http1 records|push
// default is HTTP/2 with prior knowledge, as the SDK does by itself; push adds a consumer with enhanced fan-out.
const sdk = require('@aws-sdk/client-kinesis');

async function main(mode, what) {
  const client = new sdk.KinesisClient({
    endpoint: process.env.WEIR_ENDPOINT,
    maxAttempts: 1,
    ...(mode === 'http1' ? { requestHandler: new (require('@smithy/node-http-handler').NodeHttpHandler)() } : {}),
  });
  const StreamName = `sdk-${mode}`;
  const describe = async () => (await client.send(new sdk.DescribeStreamCommand({ StreamName }))).StreamDescription;
  const refusal = (command) => client.send(command).then(() => 'accepted', (e) => e.name);

  const active = async () => {
    for (;;) {
      const description = await describe();
      if (description.StreamStatus === 'ACTIVE') return description;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const push = async (ShardId, expected) => {
    const { Consumer } = await client.send(new sdk.RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'pushed' }));
    for (;;) {
      const { ConsumerDescription } = await client.send(new sdk.DescribeStreamConsumerCommand({ ConsumerARN: Consumer.ConsumerARN }));
      if (ConsumerDescription.ConsumerStatus === 'ACTIVE') break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    const { EventStream } = await client.send(new sdk.SubscribeToShardCommand({ ConsumerARN: Consumer.ConsumerARN, ShardId, StartingPosition: { Type: 'TRIM_HORIZON' } }));
    const got = [];
    for await (const { SubscribeToShardEvent } of EventStream) {
      for (const record of SubscribeToShardEvent.Records) got.push(Buffer.from(record.Data).toString());
      if (got.length >= expected) break;
    }

    return got;
  };

  await client.send(new sdk.CreateStreamCommand({ StreamName, ShardCount: 2 }));
  const { Shards, StreamARN, StreamCreationTimestamp } = await active();
  const put = await client.send(new sdk.PutRecordCommand({ StreamName, PartitionKey: 'a', Data: Buffer.from('single') }));
  const many = await client.send(new sdk.PutRecordsCommand({
    StreamName,
    Records: Array.from({ length: 50 }, (_, i) => ({ PartitionKey: `k${i}`, Data: Buffer.from(`many ${i}`) })),
  }));

  const read = [];
  for (const { ShardId } of Shards) {
    const { ShardIterator } = await client.send(new sdk.GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }));
    const { Records, MillisBehindLatest } = await client.send(new sdk.GetRecordsCommand({ ShardIterator }));
    for (const record of Records) {
      read.push({
        ShardId,
        MillisBehindLatest,
        PartitionKey: record.PartitionKey,
        SequenceNumber: record.SequenceNumber,
        Data: Buffer.from(record.Data).toString(),
        arrived: record.ApproximateArrivalTimestamp instanceof Date && Math.abs(Date.now() - record.ApproximateArrivalTimestamp) < 60_000,
      });
    }
  }

  const pushed = what === 'push' ? await push(put.ShardId, read.filter((record) => record.ShardId === put.ShardId).length) : [];
  const scaled = await client.send(new sdk.UpdateShardCountCommand({ StreamName, TargetShardCount: 4, ScalingType: 'UNIFORM_SCALING' }));
  const after = await active();
  const refusals = [
    await refusal(new sdk.CreateStreamCommand({ StreamName, ShardCount: 1 })),
    await refusal(new sdk.DescribeStreamCommand({ StreamName: 'nobody' })),
    await refusal(new sdk.GetRecordsCommand({ ShardIterator: 'garbage' })),
    await refusal(new sdk.PutRecordCommand({ StreamName, PartitionKey: '', Data: Buffer.from('x') })),
  ];
  process.stdout.write(JSON.stringify({
    created: StreamCreationTimestamp instanceof Date,
    put,
    failed: many.FailedRecordCount,
    read,
    pushed,
    scaled: { from: scaled.CurrentShardCount, to: scaled.TargetShardCount },
    open: after.Shards.filter((s) => !s.SequenceNumberRange.EndingSequenceNumber).length,
    refusals,
  }));
  client.destroy();
  process.exit(0);
}

main(process.argv[2], process.argv[3]).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
