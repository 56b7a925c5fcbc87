using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Operations;

namespace Weir.ControlPlane.Resharding;

/// <summary>Carries out a planned reshard, an <c>UpdateShardCount</c> a step, each after the stream is ACTIVE again.</summary>
internal sealed class ReshardOperation(IKinesis kinesis, ScalingJournal journal, TimeProvider time) : IOperationSteps
{
    public const string Kind = "reshard";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(30);

    string IOperationSteps.Kind => Kind;

    public async Task RunStepAsync(string target, string body, int step, Action<string> report, CancellationToken cancellationToken)
    {
        var count = int.Parse(body.Split(',')[step], CultureInfo.InvariantCulture);
        var summary = await WaitUntilActiveAsync(target, report, cancellationToken);
        if (summary.OpenShardCount == count)
        {
            // Done before a restart, or by somebody else.
            return;
        }

        report($"{summary.OpenShardCount} → {count} shards");
        await kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(count, StreamName: target), cancellationToken);
        journal.Write(target, summary.OpenShardCount, count);
        summary = await WaitUntilActiveAsync(target, report, cancellationToken);
        if (summary.OpenShardCount != count)
        {
            throw new InvalidOperationException($"The stream has {summary.OpenShardCount} open shards instead of {count}.");
        }
    }

    private async Task<StreamDescriptionSummary> WaitUntilActiveAsync(string stream, Action<string> report, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var timer = new PeriodicTimer(Poll, time);
        var told = false;
        while (true)
        {
            var summary = (await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(stream), cancellationToken)).StreamDescriptionSummary;
            if (summary.StreamStatus == StreamStatuses.Active)
            {
                return summary;
            }

            if (!told)
            {
                report($"Waiting for the stream, which is {summary.StreamStatus}");
                told = true;
            }

            if (time.GetElapsedTime(started) > StepLimit)
            {
                throw new TimeoutException($"The stream is still {summary.StreamStatus} after {StepLimit.TotalMinutes} minutes.");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
