using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Actions;
using Weir.LocalKinesis.Metrics;
using Weir.LocalKinesis.Storage;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Wire;

/// <summary>Writes the answers that carry records as JSON bytes, without an object per record.</summary>
internal static class RecordAnswers
{
    /// <summary><c>{"ShardId":"…","SequenceNumber":"…"}</c></summary>
    public static void PutRecord(in PutItem item, bool encrypted, PooledWriter output)
    {
        output.Write("{\"ShardId\":\""u8);
        output.Write(item.Shard.NameUtf8);
        output.Write("\",\"SequenceNumber\":\""u8);
        Number(item, output);
        output.Write(encrypted ? "\",\"EncryptionType\":\"KMS\"}"u8 : "\"}"u8);
    }

    /// <summary><c>{"FailedRecordCount":0,"Records":[{"SequenceNumber":"…","ShardId":"…"},…]}</c></summary>
    public static void PutRecords(Engine engine, LocalStream stream, PutCall call, PooledWriter output)
    {
        var failed = 0;
        foreach (ref var item in call.Items)
            failed += item.Throttled ? 1 : 0;
        output.Write("{\"FailedRecordCount\":"u8);
        Integer(failed, output);
        output.Write(call.Encrypted ? ",\"EncryptionType\":\"KMS\",\"Records\":["u8 : ",\"Records\":["u8);
        var first = true;
        using var numbers = new NumberWriter(call.Groups);
        foreach (ref var item in call.Items)
        {
            if (!first)
                output.Write(","u8);
            first = false;
            if (item.Throttled)
            {
                output.Write("{\"ErrorCode\":\"ProvisionedThroughputExceededException\",\"ErrorMessage\":\""u8);
                // Names of streams and shards have nothing to escape.
                output.Write(Encoding.ASCII.GetBytes(Errors.RateMessage(engine, stream.Name, item.Shard.Name)));
                output.Write("\"}"u8);
                continue;
            }

            output.Write("{\"SequenceNumber\":\""u8);
            numbers.Write(item, output);
            output.Write("\",\"ShardId\":\""u8);
            output.Write(item.Shard.NameUtf8);
            output.Write("\"}"u8);
        }

        output.Write("]}"u8);
    }

    /// <summary><c>{"Records":[…],"NextShardIterator":"…","MillisBehindLatest":0}</c></summary>
    public static void GetRecords(Engine engine, GetRecordsRequest request, PooledWriter output)
    {
        var started = engine.Time.GetTimestamp();
        var (stream, shard, iterator) = Actions.GetRecords.Open(engine, request);
        output.Write("{\"Records\":["u8);
        var sink = new RecordWriter(shard, output);
        var read = ShardReader.Read(engine, stream, shard, iterator.Next.Index, request.Limit ?? Actions.GetRecords.MostRecords, ShardLimits.AnswerBytes, sink);
        shard.Sent(read.Records, read.Bytes, engine.Limited);
        engine.Metrics.Get(stream, shard, read, engine.Time.GetElapsedTime(started));
        output.Write("]"u8);
        if (Actions.GetRecords.Next(engine, stream, shard, read) is { } next)
        {
            output.Write(",\"NextShardIterator\":\""u8);
            output.Write(Encoding.ASCII.GetBytes(next));
            output.Write("\""u8);
        }

        output.Write(",\"MillisBehindLatest\":"u8);
        Integer(read.MillisBehindLatest, output);
        if (Actions.GetRecords.Children(stream, shard, read) is { } children)
        {
            output.Write(",\"ChildShards\":"u8);
            output.Write(JsonSerializer.SerializeToUtf8Bytes(children, KinesisJson.Default.IReadOnlyListChildShard));
        }

        output.Write("}"u8);
    }

    private static void Number(in PutItem item, PooledWriter output)
    {
        item.Shard.Number(item.Index, item.ArrivedMs).Write(output.GetSpan(SequenceNumber.Length));
        output.Advance(SequenceNumber.Length);
    }

    private static void Integer(long value, PooledWriter output)
    {
        value.TryFormat(output.GetSpan(20), out var written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    /// <summary>Writes the numbers of a call's records: within a block each is the one before and one more, which is cheaper than 56 digits anew.</summary>
    private readonly ref struct NumberWriter(int groups)
    {
        private readonly byte[] _digits = ArrayPool<byte>.Shared.Rent(groups * SequenceNumber.Length);
        private readonly ulong[] _next = Cleared(groups);

        public void Write(in PutItem item, PooledWriter output)
        {
            var digits = _digits.AsSpan(item.Group * SequenceNumber.Length, SequenceNumber.Length);
            if (_next[item.Group] == item.Index)
                SequenceNumber.Advance(digits);
            else
                item.Shard.Number(item.Index, item.ArrivedMs).Write(digits);
            _next[item.Group] = item.Index + 1;
            output.Write(digits);
        }

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(_digits);
            ArrayPool<ulong>.Shared.Return(_next);
        }

        /// <summary>Zero is no record's index.</summary>
        private static ulong[] Cleared(int count)
        {
            var next = ArrayPool<ulong>.Shared.Rent(count);
            next.AsSpan(0, count).Clear();
            return next;
        }
    }

    /// <summary>Writes records as they are read; the memory they stand in may be used again at once.</summary>
    private sealed class RecordWriter(LocalShard shard, PooledWriter output) : IRecordSink
    {
        private readonly byte[] _number = new byte[SequenceNumber.Length];
        private ulong _next;
        private long _arrivedMs = -1;
        private bool _any;

        public bool Keeps => false;

        public void Add(in BlockHeader block, ulong index, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> data)
        {
            if (index == _next && block.ArrivedMs == _arrivedMs)
                SequenceNumber.Advance(_number);
            else
                shard.Number(index, block.ArrivedMs).Write(_number);
            (_next, _arrivedMs) = (index + 1, block.ArrivedMs);
            output.Write(_any ? ",{\"SequenceNumber\":\""u8 : "{\"SequenceNumber\":\""u8);
            _any = true;
            output.Write(_number);
            output.Write("\",\"ApproximateArrivalTimestamp\":"u8);
            Time(block.ArrivedMs);
            if (block.Encrypted)
                output.Write(",\"EncryptionType\":\"KMS\""u8);
            // Records of streams that spread them may have none.
            if (!key.IsEmpty)
            {
                output.Write(",\"PartitionKey\":\""u8);
                Text(key.Span);
                output.Write("\""u8);
            }

            output.Write(",\"Data\":\""u8);
            Base64.EncodeToUtf8(data.Span, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(data.Length)), out _, out var written);
            output.Advance(written);
            output.Write("\"}"u8);
        }

        /// <summary>Seconds with up to three decimals.</summary>
        private void Time(long ms)
        {
            Integer(ms / 1000, output);
            if (ms % 1000 is var rest and not 0)
            {
                var span = output.GetSpan(4);
                span[0] = (byte)'.';
                span[1] = (byte)('0' + (rest / 100));
                span[2] = (byte)('0' + (rest / 10 % 10));
                span[3] = (byte)('0' + (rest % 10));
                output.Advance(4);
            }
        }

        private void Text(ReadOnlySpan<byte> text)
        {
            if (JavaScriptEncoder.UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncodeUtf8(text) < 0)
            {
                output.Write(text);
                return;
            }

            output.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        }
    }
}
