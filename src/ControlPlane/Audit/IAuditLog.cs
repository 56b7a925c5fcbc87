namespace Weir.ControlPlane.Audit;

/// <summary>One line of the audit log. <see cref="Outcome"/> is <c>started</c>, <c>done</c>, <c>denied</c>, <c>failed</c> or <c>stopped</c>; <see cref="Detail"/> is JSON without personal data. <see cref="Hash"/> chains to the line before.</summary>
public sealed record AuditEntry(long Id, DateTimeOffset At, string ActorId, string ActorName, string Action, string Target, string Outcome, string? Detail, string Hash);

/// <summary>Filters are all optional; <see cref="BeforeId"/> pages backwards.</summary>
public sealed record AuditQuery(string? Actor = null, string? Action = null, string? Outcome = null, long? BeforeId = null, int Limit = 100);

/// <summary>The result of checking the chain: the first broken line, or null.</summary>
public sealed record AuditVerification(long Checked, long? FirstBrokenId)
{
    /// <summary>The hash of the last line that holds, null in an empty log. Kept elsewhere, it later proves that no line was cut off the end.</summary>
    public string? HeadHash { get; init; }
}

/// <summary>Append-only, hash-chained.</summary>
public interface IAuditLog
{
    Task AppendAsync(Access.Actor actor, string action, string target, string outcome, string? detail, CancellationToken cancellationToken);
    Task<IReadOnlyList<AuditEntry>> QueryAsync(AuditQuery query, CancellationToken cancellationToken);
    Task<AuditVerification> VerifyAsync(CancellationToken cancellationToken);
}
