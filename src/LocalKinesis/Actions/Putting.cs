using System.Globalization;
using Weir.LocalKinesis.Storage;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>What PutRecord and PutRecords share.</summary>
internal static class Putting
{
    public const int MostRecords = 500;
    public const int MostBytes = 10 << 20;

    /// <summary>The explicit hash key, or the MD5 of the key.</summary>
    public static UInt128 Hash(ReadOnlySpan<byte> key, string? explicitHashKey)
    {
        if (explicitHashKey is null)
            return Hash(key);
        return UInt128.TryParse(explicitHashKey, NumberStyles.None, CultureInfo.InvariantCulture, out var hash)
            ? hash
            : throw Errors.InvalidArgument($"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {explicitHashKey}");
    }

    public static UInt128 Hash(ReadOnlySpan<byte> key) => Aws.Kinesis.HashKey.Of(key);

    /// <summary>Refuses a record larger than the stream allows, key included.</summary>
    public static void CheckSize(LocalStream stream, in PutItem item, string at)
    {
        var most = stream.Document.MaxRecordKiB << 10;
        if (item.Size > most)
            throw Errors.Validation(string.Create(CultureInfo.InvariantCulture, $"1 validation error detected: Value at '{at}' failed to satisfy constraint: Member must have length less than or equal to {most}"));
    }
}
