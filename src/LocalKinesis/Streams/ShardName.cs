using System.Globalization;

namespace Weir.LocalKinesis.Streams;

/// <summary>A shard's name, <c>shardId-000000000007</c>, from its index in the stream and back.</summary>
internal static class ShardName
{
    private const string Prefix = "shardId-";

    /// <summary>Twelve characters after the dash. A number that a client made up may encode an index below zero, which no shard has: <c>shardId--00000000001</c>.</summary>
    public static string Of(int index) => index < 0 ? string.Create(CultureInfo.InvariantCulture, $"{Prefix}{index:D11}") : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{index:D12}");

    /// <summary>Reads a name, with or without the prefix and with any number of leading zeros, as the service does.</summary>
    public static bool TryParse(string name, out int index)
    {
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        var end = dash < 0 ? -1 : name.IndexOf('-', dash + 1);
        var digits = dash < 0 ? name.AsSpan() : end < 0 ? name.AsSpan(dash + 1) : name.AsSpan(dash + 1, end - dash - 1);
        index = 0;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
            return false;
        return int.TryParse(digits.TrimStart('0') is { IsEmpty: false } significant ? significant : "0", NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
