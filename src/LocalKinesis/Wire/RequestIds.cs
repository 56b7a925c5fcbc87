using Microsoft.AspNetCore.Http;

namespace Weir.LocalKinesis.Wire;

/// <summary>The two ids that every answer of the service carries. They tell answers apart and are no secret, so they need no costly chance.</summary>
internal static class RequestIds
{
    private const int GuidBytes = 16;
    private const int Id2Bytes = 72;

    public static void AddTo(IHeaderDictionary headers)
    {
        Span<byte> bytes = stackalloc byte[GuidBytes + Id2Bytes];
        Random.Shared.NextBytes(bytes);
        // Version 4 of RFC 9562: what clients that look closely expect.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        headers["x-amzn-RequestId"] = new Guid(bytes[..GuidBytes], bigEndian: true).ToString();
        headers["x-amz-id-2"] = Convert.ToBase64String(bytes[GuidBytes..]);
    }
}
