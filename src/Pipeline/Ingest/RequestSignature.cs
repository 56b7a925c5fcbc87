using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// Checks signed requests:
/// <code>
/// X-Signature: t=1731231231,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd
/// v1 = hex(HMAC-SHA256(secret, "{t}.{method}.{path}.{hex(SHA-256(body as sent))}"))
/// </code>
/// The path is as in the request line, without the query. Several <c>v1</c> may stand, for the time of changing the secret.
/// </summary>
internal static class RequestSignature
{
    public const string Header = "X-Signature";

    /// <summary>Null when the request is signed rightly.</summary>
    /// <param name="request">The request.</param>
    /// <param name="bodyHash">SHA-256 of the body as sent.</param>
    /// <param name="secret">The partner's secret, base64.</param>
    /// <param name="now">The time.</param>
    /// <param name="skewSeconds">How far the signed time may be off.</param>
    public static IngestProblem? Check(HttpRequest request, byte[] bodyHash, string secret, DateTimeOffset now, int skewSeconds)
    {
        if (!request.Headers.TryGetValue(Header, out var values) || values.Count == 0)
        {
            return IngestProblem.MissingSignature();
        }

        if (Admission.Single(Header, values, out var problem) is not { } value)
        {
            return problem;
        }

        long? time = null;
        var given = new List<byte[]>();
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal) && long.TryParse(part.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                time = seconds;
            }
            else if (part.StartsWith("v1=", StringComparison.Ordinal) && part.Length == 3 + (2 * HMACSHA256.HashSizeInBytes) && part.AsSpan(3).ContainsAnyExcept(Hex) is false)
            {
                given.Add(Convert.FromHexString(part.AsSpan(3)));
            }
        }

        if (time is null || given.Count == 0)
        {
            return IngestProblem.WrongSignature("The header is 't=<unix seconds>,v1=<64 hex digits>'.");
        }

        // Compared without subtracting, for the sender's number may be anything.
        var unix = now.ToUnixTimeSeconds();
        if (time < unix - skewSeconds || time > unix + skewSeconds)
        {
            return IngestProblem.WrongSignature($"The signed time is more than {skewSeconds} s off.");
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{time}.{request.Method}.{request.PathBase}{request.Path}.{Convert.ToHexStringLower(bodyHash)}");
        var expected = HMACSHA256.HashData(Convert.FromBase64String(secret), Encoding.UTF8.GetBytes(text));
        return given.Exists(g => CryptographicOperations.FixedTimeEquals(g, expected)) ? null : IngestProblem.WrongSignature("The signature does not match time, method, path and body.");
    }

    private static readonly System.Buffers.SearchValues<char> Hex = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}
