using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Actions;

/// <summary>Whether a call within the process is within the API's constraints, without the detour through JSON. The detour finds the words when it is not.</summary>
internal static class TypedChecks
{
    public static bool Accepts(PutRecordRequest request) =>
        Name(request.StreamName, request.StreamARN)
        && Entry(request.Data, request.PartitionKey, request.ExplicitHashKey)
        && (request.SequenceNumberForOrdering is null || Digits(request.SequenceNumberForOrdering, 129));

    public static bool Accepts(PutRecordsRequest request) =>
        Name(request.StreamName, request.StreamARN)
        && request.Records is { Count: >= 1 and <= Putting.MostRecords }
        && request.Records.All(r => Entry(r.Data, r.PartitionKey, r.ExplicitHashKey));

    private static bool Entry(ReadOnlyMemory<byte> data, string key, string? hash) =>
        data.Length <= Putting.MostBytes && key is { Length: >= 1 and <= 256 } && (hash is null || Digits(hash, 39));

    private static bool Name(string? name, string? arn) =>
        arn is null && name is { Length: >= 1 and <= 128 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    private static bool Digits(string text, int most) => text is "0" || (text.Length >= 1 && text.Length <= most && text[0] is >= '1' and <= '9' && !text.AsSpan().ContainsAnyExceptInRange('0', '9'));
}
