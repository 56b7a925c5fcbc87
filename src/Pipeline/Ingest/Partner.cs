namespace Weir.Pipeline.Ingest;

/// <summary>Who sends: found by API key. <see cref="RecordsPerSecond"/> and <see cref="BytesPerSecond"/> bound it when given; <see cref="Streams"/> lists where it may write, null for anywhere.</summary>
public sealed record Partner(
    string Id,
    string Name,
    IReadOnlyList<string>? Streams = null,
    double? RecordsPerSecond = null,
    double? BytesPerSecond = null)
{
    /// <summary>The shared secret of signed requests (base64), null when the partner does not sign.</summary>
    public string? SigningSecret { get; init; }

    public bool MayWriteTo(string stream) => Streams is null || Streams.Contains(stream, StringComparer.Ordinal);
}

/// <summary>The partners and their keys; only hashes of keys are kept. Called on every request, so answers come from memory.</summary>
public interface IPartnerDirectory
{
    /// <summary>The partner that holds the key, or null. Compares in constant time.</summary>
    ValueTask<Partner?> FindByKeyAsync(string apiKey, CancellationToken cancellationToken);
}
