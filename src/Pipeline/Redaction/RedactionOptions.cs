using System.ComponentModel.DataAnnotations;

namespace Weir.Pipeline.Redaction;

/// <summary>What happens to a record that looks like JSON and is not.</summary>
public enum InvalidJsonPolicy
{
    /// <summary>It is set aside: rules by path cannot be trusted on it.</summary>
    Quarantine,

    /// <summary>It is redacted as plain text: rules by path do not apply.</summary>
    Text,
}

/// <summary>How tokens are made.</summary>
public enum TokenMac
{
    /// <summary>AES-CMAC (NIST SP 800-38B).</summary>
    AesCmac,

    /// <summary>HMAC-SHA-256, several times slower.</summary>
    HmacSha256,
}

/// <summary>The section <c>Redaction</c>.</summary>
public sealed class RedactionOptions
{
    public const string Section = "Redaction";

    /// <summary>
    /// Where the keys are, never the keys themselves: <c>file:PATH</c> (under DataDirectory unless absolute) or <c>env:NAME</c>.
    /// A file that does not exist is made with one random key and mode 0600. Format: a key a line, <c>ID BASE64</c> (32 bytes), the active one first.
    /// </summary>
    [Required, RegularExpression("^(file|env):.+$", ErrorMessage = "Redaction:KeyReference must be file:PATH or env:NAME")]
    public string KeyReference { get; set; } = "file:redaction.key";

    /// <summary>How tokens are made.</summary>
    [EnumDataType(typeof(TokenMac), ErrorMessage = "Redaction:TokenMac must be AesCmac or HmacSha256")]
    public TokenMac TokenMac { get; set; } = TokenMac.AesCmac;

    /// <summary>Bytes of the largest record that is read, 1 KiB to 64 MiB; larger ones are quarantined. The default is twice the stream's largest record, so that compressed ones have room.</summary>
    [Range(1024, 64 * 1024 * 1024, ErrorMessage = "Redaction:MaxRecordBytes must be 1024 to 67108864")]
    public int MaxRecordBytes { get; set; } = 20 * 1024 * 1024;

    /// <summary>Levels of JSON that are followed, 1 to 512; deeper records are quarantined.</summary>
    [Range(1, 512, ErrorMessage = "Redaction:MaxDepth must be 1 to 512")]
    public int MaxDepth { get; set; } = 64;

    /// <summary>Values transformed in one record, 1 to 10,000,000; records with more are quarantined.</summary>
    [Range(1, 10_000_000, ErrorMessage = "Redaction:MaxValuesPerRecord must be 1 to 10000000")]
    public int MaxValuesPerRecord { get; set; } = 1_000_000;

    /// <summary>What happens to a record that looks like JSON and is not.</summary>
    [EnumDataType(typeof(InvalidJsonPolicy), ErrorMessage = "Redaction:OnInvalidJson must be Quarantine or Text")]
    public InvalidJsonPolicy OnInvalidJson { get; set; } = InvalidJsonPolicy.Quarantine;

    /// <summary>Every how many records the clean form is looked at once more by independent code before it is written, 0 (never) to 1,000,000; 1 is every record. What it finds is quarantined.</summary>
    [Range(0, 1_000_000, ErrorMessage = "Redaction:PostScanEvery must be 0 to 1000000")]
    public int PostScanEvery { get; set; } = 1000;
}
