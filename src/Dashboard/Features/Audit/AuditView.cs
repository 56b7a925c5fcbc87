using System.Globalization;
using Weir.ControlPlane.Audit;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Audit;

/// <summary>What the audit page shows: <c>/audit?actor=Ada&amp;action=reshard-stream&amp;outcome=denied&amp;before=120</c>.</summary>
public sealed record AuditView(string? Actor = null, string? Action = null, string? Outcome = null, long? Before = null)
{
    public const int PageSize = 50;

    public static AuditView From(string uri)
    {
        var query = Query.Of(uri);
        return new(query.Text("actor"), query.Text("action"), query.Text("outcome"), query.Number("before"));
    }

    public string ToUrl() => new Query().With("actor", Actor).With("action", Action).With("outcome", Outcome).With("before", Before?.ToString(CultureInfo.InvariantCulture)).On(Links.Audit);

    /// <summary>One more than a page, to know whether there is another.</summary>
    public AuditQuery ToQuery() => new(Actor, Action, Outcome, Before, PageSize + 1);
}
