using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Ingest;

/// <summary>What became of one record of a request. <see cref="BatchIndex"/> is its place in the spool's batch, or -1 when it was refused, with <see cref="Error"/> saying why.</summary>
internal readonly record struct RecordResult(int BatchIndex, string? Id, RecordError? Error);

/// <summary>Why one record was refused: <c>malformed</c>, <c>too-large</c>, <c>bad-partition-key</c>, <c>bad-hash-key</c>, <c>bad-id</c>, <c>bad-data</c>.</summary>
internal sealed record RecordError(string Code, string Message, string? Field = null, long? Limit = null);

/// <summary>Takes the records of one request as a parser finds them: checks, keys and writes each into the spool's batch, and remembers a result in request order.</summary>
internal sealed class RecordIntake(KnownStream stream, Partner partner, IngestStreamSettings settings, SpoolBatch batch, IngestOptions options, byte[]? requestKey)
{
    public const int MaxKeyCharacters = 256;
    public const int MaxIdCharacters = 256;
    private readonly List<RecordResult> _results = new(1);

    public KnownStream Stream { get; } = stream;
    public IngestStreamSettings Settings { get; } = settings;
    public SpoolBatch Batch { get; } = batch;
    public IngestOptions Options { get; } = options;
    public IReadOnlyList<RecordResult> Results => _results;
    public int Rejected => _results.Count - Batch.Count;

    /// <summary>Records taken that had not been taken before; known once durable.</summary>
    public int Accepted => Batch.Count - Batch.Duplicates;

    /// <summary>Bytes of data and keys accepted so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a record. Its partition key is, in this order: its own, the request's, the one its stream's pointer finds in it, a random one.</summary>
    /// <param name="data">The record's bytes as they will be published.</param>
    /// <param name="ownKey">UTF-8 of the key that came with the record; empty for none.</param>
    /// <param name="hasOwnKey">Whether <paramref name="ownKey"/> was given, which when empty is an error.</param>
    /// <param name="isJson">Whether pointers may look into it.</param>
    [SkipLocalsInit]
    public void Add(ReadOnlySpan<byte> data, ReadOnlySpan<byte> ownKey = default, bool hasOwnKey = false, bool isJson = false, string? id = null, string? explicitHashKey = null)
    {
        Span<byte> keyBuffer = stackalloc byte[JsonPointer.MaxTextBytes];
        scoped ReadOnlySpan<byte> key = ownKey;
        if (!hasOwnKey)
        {
            if (requestKey is not null)
            {
                key = requestKey;
            }
            else if (isJson && Settings.PartitionKey is { } pointer && pointer.TryFind(data, keyBuffer, out var found) && found > 0)
            {
                key = keyBuffer[..found];
            }
            else
            {
                key = keyBuffer[..WriteRandomKey(keyBuffer)];
            }
        }

        if (key.Length == 0 || Encoding.UTF8.GetCharCount(key) > MaxKeyCharacters)
        {
            Reject(new RecordError("bad-partition-key", $"A partition key has 1 to {MaxKeyCharacters} characters.", "partitionKey", MaxKeyCharacters));
            return;
        }

        if (data.Length + key.Length > Stream.MaxRecordBytes)
        {
            Reject(new RecordError("too-large", $"The record has {data.Length + key.Length} bytes with its partition key; stream '{Stream.Name}' takes {Stream.MaxRecordBytes}.", "data", Stream.MaxRecordBytes));
            return;
        }

        UInt128 hashKey;
        if (explicitHashKey is null)
        {
            hashKey = HashKey.Of(key);
        }
        else if (!IsHashKey(explicitHashKey, out hashKey))
        {
            Reject(new RecordError("bad-hash-key", "An explicit hash key is a decimal number from 0 to 2^128-1 without leading zeros.", "explicitHashKey"));
            return;
        }

        if (id is null && isJson && Settings.RecordId is { } idPointer && idPointer.TryFind(data, keyBuffer, out var idLength) && idLength > 0)
        {
            id = Encoding.UTF8.GetString(keyBuffer[..idLength]);
        }

        if (id is not null && id.Length is 0 or > MaxIdCharacters)
        {
            Reject(new RecordError("bad-id", $"A record's id has 1 to {MaxIdCharacters} characters.", "id", MaxIdCharacters));
            return;
        }

        CheckCount();
        var idHash = id is null ? default : Identity.Of("record", partner.Id, Stream.Name, id);
        _results.Add(new RecordResult(Batch.Add(key, hashKey, explicitHashKey is not null, data, idHash), id, null));
        Bytes += data.Length + key.Length;
    }

    /// <summary>Notes a record that cannot be taken; its neighbours can.</summary>
    public void Reject(RecordError error)
    {
        CheckCount();
        _results.Add(new RecordResult(-1, null, error));
    }

    private void CheckCount()
    {
        if (_results.Count >= Options.MaxRecordsPerRequest)
        {
            throw new IngestRefusedException(IngestProblem.TooManyRecords(Options.MaxRecordsPerRequest));
        }
    }

    private static bool IsHashKey(string text, out UInt128 value)
    {
        value = 0;
        return text.Length is > 0 and <= 39
            && (text.Length == 1 || text[0] != '0')
            && text.All(char.IsAsciiDigit)
            && UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>A key nobody else has, so that the record may go to any shard: 32 hex digits.</summary>
    private static int WriteRandomKey(Span<byte> to)
    {
        Span<byte> random = stackalloc byte[16];
        Random.Shared.NextBytes(random);
        return Convert.TryToHexStringLower(random, to, out var written) ? written : throw new InvalidOperationException("A key needs 32 bytes.");
    }
}
