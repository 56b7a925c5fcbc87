using System.Globalization;
using System.Text;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Actions;

/// <summary>Where a listing goes on: opaque, good for five minutes. <see cref="Scope"/> and <see cref="After"/> hold no line breaks.</summary>
internal sealed record PageToken(long CreatedMs, string Kind, string Scope, string After)
{
    private const long LifetimeMs = 300_000;

    public override string ToString() => Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"1\n{CreatedMs}\n{Kind}\n{Scope}\n{After}")));

    /// <param name="engine">Whose clock ends it.</param>
    /// <param name="kind">What is listed.</param>
    /// <param name="text">The token as a client sent it.</param>
    /// <param name="scope">What it has to be given for; null when the token alone says.</param>
    /// <exception cref="KinesisException">InvalidArgumentException or ExpiredNextTokenException.</exception>
    public static PageToken Read(Engine engine, string kind, string text, string? scope = null)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var written))
            throw Invalid();
        var parts = Encoding.UTF8.GetString(bytes, 0, written).Split('\n');
        if (parts.Length != 5 || parts[0] != "1" || parts[2] != kind || (scope is not null && parts[3] != scope) || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var created))
            throw Invalid();
        if (engine.Now - created > LifetimeMs)
            throw new KinesisException(KinesisErrorCodes.ExpiredNextToken, "NextToken has expired: it is valid for 300 seconds.");
        return new PageToken(created, kind, parts[3], parts[4]);
    }

    /// <summary>The refusal of a token that we have not given.</summary>
    public static KinesisException Invalid() => Errors.InvalidArgument("Invalid NextToken.");
}
