'use strict';
// Calls every operation on streams that the AWS SDK for JavaScript knows on the engine at WEIR_ENDPOINT, over HTTP/2 as the SDK does by itself;
// prints one JSON object: operation -> "ok" or what went wrong.
const sdk = require('@aws-sdk/client-kinesis');

const client = new sdk.KinesisClient({ endpoint: process.env.WEIR_ENDPOINT, maxAttempts: 1 });
const operations = Object.keys(sdk).filter((name) => name.endsWith('Command') && name !== '$Command').map((name) => name.slice(0, -'Command'.length));
const outcomes = Object.fromEntries(operations.map((name) => [name, 'not called']));
const StreamName = 'every';

// Calls the operation and checks the answer: what check gives must be as wanted.
async function step(operation, input, check = () => true, wanted = true) {
  try {
    const answer = await client.send(new sdk[`${operation}Command`](input));
    const [got, want] = [JSON.stringify(await check(answer)), JSON.stringify(wanted)];
    if (got !== want) throw new Error(`${got} instead of ${want}`);
    if (outcomes[operation] === 'not called') outcomes[operation] = 'ok';
    return answer;
  } catch (error) {
    outcomes[operation] = `${error.name}: ${error.message}`;
    return undefined;
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

async function settled() {
  for (let tries = 0; tries < 500; tries++) {
    const { StreamDescriptionSummary } = await client.send(new sdk.DescribeStreamSummaryCommand({ StreamName }));
    if (StreamDescriptionSummary.StreamStatus === 'ACTIVE') return;
    await pause();
  }

  throw new Error('the stream is not ACTIVE after 10 s');
}

async function openShards() {
  const { Shards } = await client.send(new sdk.ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } }));
  return Shards.sort((a, b) => (BigInt(a.HashKeyRange.StartingHashKey) < BigInt(b.HashKeyRange.StartingHashKey) ? -1 : 1));
}

const text = (data) => Buffer.from(data).toString();
const tags = ({ Tags }) => Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));

async function consumers(StreamARN, ShardId) {
  const { Consumer } = await step('RegisterStreamConsumer', { StreamARN, ConsumerName: 'pushed' }, (a) => a.Consumer.ConsumerName, 'pushed');
  const { ConsumerARN } = Consumer;
  for (let tries = 0; tries < 500; tries++) {
    const described = await step('DescribeStreamConsumer', { ConsumerARN });
    if (!described || described.ConsumerDescription.ConsumerStatus === 'ACTIVE') break;
    await pause();
  }

  await step('ListStreamConsumers', { StreamARN }, (a) => a.Consumers.map((c) => c.ConsumerName), ['pushed']);
  await step('SubscribeToShard', { ConsumerARN, ShardId, StartingPosition: { Type: 'TRIM_HORIZON' } }, async ({ EventStream }) => {
    const got = [];
    for await (const { SubscribeToShardEvent } of EventStream) {
      got.push(...SubscribeToShardEvent.Records.map((record) => text(record.Data)));
      if (got.length >= 2) break;
    }

    return got;
  }, ['one', 'two']);
  await step('DeregisterStreamConsumer', { ConsumerARN });
}

// Records go evenly to all shards, with a key or without.
async function spread(StreamARN) {
  await step('UpdateStreamRecordDistributionStrategy', { StreamARN, RecordDistributionStrategy: 'AUTO' });
  await step('DescribeStreamSummary', { StreamARN }, (a) => a.StreamDescriptionSummary.RecordDistributionStrategy, 'AUTO');
  const Records = Array.from({ length: 8 }, (_, i) => (i % 2 ? { Data: Buffer.from(`spread-${i}`), PartitionKey: 'same' } : { Data: Buffer.from(`spread-${i}`) }));
  await step('PutRecords', { StreamARN, Records }, (a) => new Set(a.Records.map((r) => r.ShardId)).size, 4);
  const { ShardId, SequenceNumber } = await step('PutRecord', { StreamARN, Data: Buffer.from('alone') });
  const { ShardIterator } = await step('GetShardIterator', { StreamARN, ShardId, ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: SequenceNumber });
  await step('GetRecords', { ShardIterator }, (a) => a.Records.map((r) => [text(r.Data), r.PartitionKey ?? null]), [['alone', null]]);
  await step('UpdateStreamRecordDistributionStrategy', { StreamARN, RecordDistributionStrategy: 'USER_PARTITION_KEY' });
}

async function channels(StreamARN) {
  const bucket = { BucketARN: 'arn:aws:s3:::clean', ExpectedBucketOwner: '000000000000', CompressionType: 'GZIP' };
  const created = await step('CreateChannel', {
    ChannelName: 'archive',
    ServiceExecutionRoleARN: 'arn:aws:iam::000000000000:role/deliver',
    StreamConfigurationList: [{ StreamARN, RecordConfiguration: { RecordFormatType: 'JSON' } }],
    S3DestinationConfiguration: { StorageConfiguration: bucket },
  }, ({ ChannelDescription: c }) => [c.ChannelName, c.ChannelStatus, c.S3DestinationConfiguration.DataFreshnessInSeconds], ['archive', 'CREATING', 300]);
  const { ChannelARN } = created.ChannelDescription;
  const active = async () => {
    for (let tries = 0; tries < 500; tries++) {
      const { ChannelDescription } = await client.send(new sdk.DescribeChannelCommand({ ChannelARN }));
      if (ChannelDescription.ChannelStatus === 'ACTIVE') return;
      await pause();
    }
  };
  await active();
  await step('DescribeChannel', { ChannelARN }, ({ ChannelDescription: c }) => [c.ChannelStatus, c.S3DestinationConfiguration.StorageConfiguration.CompressionType], ['ACTIVE', 'GZIP']);
  await step('DescribeStreamSummary', { StreamARN }, (a) => a.StreamDescriptionSummary.ChannelCount, 1);
  await step('ListChannels', { StreamFilter: [{ StreamARN }] }, (a) => a.ChannelSummaries.map((c) => [c.ChannelName, c.ChannelDestinationType]), [['archive', 'S3']]);
  await step('UpdateChannel', { ChannelARN, S3DestinationConfiguration: { DataFreshnessInSeconds: 60 } }, (a) => [a.ChannelDescription.ChannelStatus, a.ChannelDescription.S3DestinationConfiguration.DataFreshnessInSeconds], ['UPDATING', 60]);
  await active();
  await step('DeleteChannel', { ChannelARN });
  for (let tries = 0; tries < 500; tries++) {
    const { ChannelSummaries } = await client.send(new sdk.ListChannelsCommand({}));
    if (ChannelSummaries.length === 0) return;
    await pause();
  }
  outcomes.DeleteChannel = 'the channel is still there after 10 s';
}

async function main() {
  await step('CreateStream', { StreamName, ShardCount: 2 });
  await settled();
  const { StreamDescription: { StreamARN } } = await step('DescribeStream', { StreamName }, (a) => a.StreamDescription.Shards.length, 2);
  await step('DescribeStreamSummary', { StreamARN }, (a) => a.StreamDescriptionSummary.OpenShardCount, 2);
  await step('ListStreams', {}, (a) => a.StreamNames, [StreamName]);
  await step('ListShards', { StreamARN }, (a) => a.Shards.length, 2);
  const { ShardId } = await step('PutRecord', { StreamARN, PartitionKey: 'k', Data: Buffer.from('one') });
  await step('PutRecords', { StreamName, Records: [{ PartitionKey: 'k', Data: Buffer.from('two') }] }, (a) => a.FailedRecordCount, 0);
  const { ShardIterator } = await step('GetShardIterator', { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  await step('GetRecords', { ShardIterator }, (a) => a.Records.map((record) => text(record.Data)), ['one', 'two']);

  await step('AddTagsToStream', { StreamName, Tags: { team: 'data', env: 'test' } });
  await step('RemoveTagsFromStream', { StreamName, TagKeys: ['env'] });
  await step('ListTagsForStream', { StreamName }, tags, { team: 'data' });
  await step('TagResource', { ResourceARN: StreamARN, Tags: { cost: '7' } });
  await step('ListTagsForResource', { ResourceARN: StreamARN }, tags, { cost: '7', team: 'data' });
  await step('UntagResource', { ResourceARN: StreamARN, TagKeys: ['cost'] });
  await step('ListTagsForStream', { StreamName }, tags, { team: 'data' });

  await step('IncreaseStreamRetentionPeriod', { StreamName, RetentionPeriodHours: 48 });
  await step('DescribeStreamSummary', { StreamName }, (a) => a.StreamDescriptionSummary.RetentionPeriodHours, 48);
  await step('DecreaseStreamRetentionPeriod', { StreamARN, RetentionPeriodHours: 24 });
  await step('EnableEnhancedMonitoring', { StreamName, ShardLevelMetrics: ['IncomingBytes'] }, (a) => a.DesiredShardLevelMetrics, ['IncomingBytes']);
  await step('DisableEnhancedMonitoring', { StreamName, ShardLevelMetrics: ['IncomingBytes'] }, (a) => a.DesiredShardLevelMetrics, []);
  await step('StartStreamEncryption', { StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });
  await settled();
  await step('DescribeStreamSummary', { StreamName }, (a) => a.StreamDescriptionSummary.EncryptionType, 'KMS');
  await step('StopStreamEncryption', { StreamName, EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });
  await settled();
  await consumers(StreamARN, ShardId);

  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  await step('PutResourcePolicy', { ResourceARN: StreamARN, Policy });
  await step('GetResourcePolicy', { ResourceARN: StreamARN }, (a) => a.Policy, Policy);
  await step('DeleteResourcePolicy', { ResourceARN: StreamARN });

  await step('UpdateShardCount', { StreamName, TargetShardCount: 4, ScalingType: 'UNIFORM_SCALING' }, (a) => [a.CurrentShardCount, a.TargetShardCount], [2, 4]);
  await settled();
  const [low, high] = await openShards();
  await step('MergeShards', { StreamName, ShardToMerge: low.ShardId, AdjacentShardToMerge: high.ShardId });
  await settled();
  await step('SplitShard', { StreamName, ShardToSplit: (await openShards())[0].ShardId, NewStartingHashKey: '1234567890123456789' });
  await settled();

  await step('UpdateMaxRecordSize', { StreamARN, MaxRecordSizeInKiB: 2048 });
  await settled();
  await step('UpdateStreamMode', { StreamARN, StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  await settled();
  await step('DescribeLimits', {}, (a) => a.OpenShardCount, 4);
  await step('UpdateAccountSettings', { MinimumThroughputBillingCommitment: { Status: 'ENABLED' } });
  await step('DescribeAccountSettings', {}, (a) => a.MinimumThroughputBillingCommitment.Status, 'ENABLED');
  await step('UpdateStreamWarmThroughput', { StreamARN, WarmThroughputMiBps: 100 }, (a) => a.WarmThroughput.TargetMiBps, 100);
  await settled();
  await step('DescribeStreamSummary', { StreamName }, (a) => a.StreamDescriptionSummary.MaxRecordSizeInKiB, 2048);
  await spread(StreamARN);
  await channels(StreamARN);
  await step('DeleteStream', { StreamName, EnforceConsumerDeletion: true });
  process.stdout.write(JSON.stringify(outcomes));
  client.destroy();
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n${JSON.stringify(outcomes)}\n`);
  process.exit(1);
});
