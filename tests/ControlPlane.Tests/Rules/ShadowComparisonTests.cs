using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Tests.Rules;

public sealed class ShadowComparisonTests
{
    private static readonly DateTimeOffset Since = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_all_processes_saw_of_one_set_is_added_up_by_rule_path_and_direction()
    {
        var whole = Seen(10, Since, [Difference("email", "/to", 3, "a***"), Difference("card", "/pay", 1, "41**")])
            .With([Seen(5, Since.AddMinutes(-1), [Difference("email", "/to", 2, "b***"), Difference("email", "/to", 4, "c***", newly: false)]), Seen(0, Since, [])]);

        Assert.Equal((15, 3, Since.AddMinutes(-1), 2), (whole.RecordsCompared, whole.RecordsUnreadable, whole.Since, whole.Processes));
        Assert.Equal(
            [("card", true, 1L, "41**"), ("email", true, 5L, "a*** b***"), ("email", false, 4L, "c***")],
            whole.Differences.Select(d => (d.Rule, d.NewlyRedacted, d.Count, string.Join(' ', d.Samples))));
    }

    [Fact]
    public void What_a_process_saw_of_another_set_or_of_this_one_before_it_was_edited_does_not_count()
    {
        var own = Seen(10, Since, []);

        var whole = own.With([own with { Number = 8 }, own with { CandidateHash = "another" }]);

        Assert.Equal((10, 1), (whole.RecordsCompared, whole.Processes));
    }

    private static ShadowComparison Seen(long records, DateTimeOffset since, IReadOnlyList<ShadowDifference> differences) => new(7, since, "hash", records, 1, differences);

    private static ShadowDifference Difference(string rule, string path, long count, string sample, bool newly = true) => new(rule, path, newly, count, [sample]);
}
