using System.Globalization;
using Weir.Dashboard.Shell;
using Weir.Pipeline.Consuming.DeadLetters;

namespace Weir.Dashboard.Features.DeadLetters;

/// <summary>What the page of dead letters shows: <c>/dead-letters?state=all&amp;before=1772366400000&amp;letter=orders~shardId-…~4959…~0</c>.</summary>
public sealed record DeadLettersView(DeadLetterState? State = DeadLetterState.Waiting, long? Before = null, string? Letter = null)
{
    public const int PageSize = 50;
    private const string All = "all";

    public static DeadLettersView From(string uri)
    {
        var query = Query.Of(uri);
        var state = query.OneOf("state", "waiting", "replayed", "dropped", All);
        return new(state == All ? null : Enum.Parse<DeadLetterState>(state, ignoreCase: true), query.Number("before"), query.Text("letter"));
    }

    public string ToUrl() => new Query().With("state", State is { } s ? s.ToString().ToLowerInvariant() : All, "waiting").With("before", Before?.ToString(CultureInfo.InvariantCulture)).With("letter", Letter).On(Links.DeadLetters);
}
