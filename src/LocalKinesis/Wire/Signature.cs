using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Wire;

/// <summary>Verifies a Signature Version 4 in the Authorization header.</summary>
internal static class Signature
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(15);

    /// <exception cref="KinesisException">UnrecognizedClientException or InvalidSignatureException.</exception>
    public static void Verify(Engine engine, HttpRequest request, ReadOnlySpan<byte> body, IReadOnlyDictionary<string, string> parameters)
    {
        var scope = parameters["Credential"].Split('/');
        if (scope.Length != 5 || scope[4] != "aws4_request" || !engine.Options.Keys.TryGetValue(scope[0], out var secret))
            throw new KinesisException("UnrecognizedClientException", "The security token included in the request is invalid.");
        var date = request.Headers["X-Amz-Date"].ToString();
        if (!DateTimeOffset.TryParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signed)
            || (engine.Time.GetUtcNow() - signed).Duration() > Tolerance
            || !date.StartsWith(scope[1], StringComparison.Ordinal))
        {
            throw Refused($"Signature expired or not yet current: {date} is more than 15 minutes from {engine.Time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}.");
        }

        var names = parameters["SignedHeaders"];
        var canonical = new StringBuilder("POST\n/\n").Append(CanonicalQuery(request)).Append('\n');
        foreach (var name in names.Split(';'))
        {
            // Over HTTP/2 some SDKs sign the host by its new name.
            var value = name is "host" or ":authority" ? request.Host.Value : string.Join(',', request.Headers[name].Select(v => v?.Trim()));
            canonical.Append(name).Append(':').Append(value).Append('\n');
        }

        canonical.Append('\n').Append(names).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body)));
        var toSign = $"AWS4-HMAC-SHA256\n{date}\n{scope[1]}/{scope[2]}/{scope[3]}/aws4_request\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in scope.Skip(1))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(parameters["Signature"])))
            throw Refused("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.");
    }

    private static string CanonicalQuery(HttpRequest request) => string.Join('&', request.Query
        .SelectMany(p => p.Value.Select(v => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(v ?? "")}"))
        .Order(StringComparer.Ordinal));

    private static KinesisException Refused(string message) => new("InvalidSignatureException", message, 403);
}
