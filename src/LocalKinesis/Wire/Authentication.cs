using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// Whether a request is signed, in the header or in the query, and with keys configured whether the signature is right
/// (<see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Signature Version 4</see>).
/// </summary>
internal static class Authentication
{
    private static readonly string[] HeaderParameters = ["Credential", "Signature", "SignedHeaders"];
    private static readonly string[] QueryParameters = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];

    /// <exception cref="KinesisException">Why the request is not let in.</exception>
    public static void Check(Engine engine, IFeatureCollection features, ReadOnlySpan<byte> body)
    {
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        if (engine.Options.Keys.Count == 0 && request.QueryString.Length == 0 && IsWhole(request.Headers.Authorization.ToString()) && request.Headers["X-Amz-Date"].Count > 0)
            return;
        Check(engine, new DefaultHttpContext(features).Request, body);
    }

    private static void Check(Engine engine, HttpRequest request, ReadOnlySpan<byte> body)
    {
        var header = request.Headers.Authorization.ToString();
        var inQuery = request.QueryString.HasValue && request.Query.ContainsKey("X-Amz-Algorithm");
        if (header.Length > 0 && inQuery)
            throw new KinesisException("InvalidSignatureException", "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
        if (header.Length == 0 && !inQuery)
            throw new KinesisException("MissingAuthenticationTokenException", "Missing Authentication Token");
        if (inQuery)
        {
            CheckQuery(request);
            if (engine.Options.Keys.Count > 0)
                throw new KinesisException("InvalidSignatureException", "Sign in the Authorization header: signatures in the query are not verified here.");
            return;
        }

        var parameters = Parameters(header);
        var missing = new StringBuilder();
        foreach (var name in HeaderParameters)
        {
            if (!parameters.TryGetValue(name, out var value) || value.Length == 0)
                missing.Append("Authorization header requires '").Append(name).Append("' parameter. ");
        }

        if (request.Headers["X-Amz-Date"].Count == 0 && request.Headers.Date.Count == 0)
            missing.Append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
        if (missing.Length > 0)
            throw new KinesisException("IncompleteSignatureException", $"{missing}Authorization={header}");
        if (engine.Options.Keys.Count > 0)
            Signature.Verify(engine, request, body, parameters);
    }

    /// <summary>Whether the header is as every SDK writes it, so that nothing need be taken apart.</summary>
    private static bool IsWhole(string header) =>
        header.StartsWith("AWS4-HMAC-SHA256 Credential=", StringComparison.Ordinal)
        && header.Contains(" SignedHeaders=", StringComparison.Ordinal)
        && header.Contains(" Signature=", StringComparison.Ordinal)
        && !header.EndsWith('=');

    private static void CheckQuery(HttpRequest request)
    {
        var missing = new StringBuilder();
        foreach (var name in QueryParameters)
        {
            if (string.IsNullOrEmpty(request.Query[name]))
                missing.Append("AWS query-string parameters must include '").Append(name).Append("'. ");
        }

        if (missing.Length > 0)
            throw new KinesisException("IncompleteSignatureException", $"{missing}Re-examine the query-string parameters.");
    }

    private static Dictionary<string, string> Parameters(string header)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in header.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                parameters[part[..equals]] = part[(equals + 1)..];
        }

        return parameters;
    }
}
