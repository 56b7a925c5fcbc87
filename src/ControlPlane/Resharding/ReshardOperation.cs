using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Operations;

namespace Weir.ControlPlane.Resharding;

/// <summary>Carries out a planned reshard, an <c>UpdateShardCount</c> a step, each after the stream is ACTIVE again.</summary>
internal sealed class ReshardOperation(IKinesis kinesis, ScalingJournal journal, TimeProvider time) : IOperationSteps
{
    public const string Kind = "reshard";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(30);

    string IOperationSteps.Kind => Kind;

    public async Task RunStepAsync(OperationStep step, CancellationToken cancellationToken)
    {
        var (target, report) = (step.Target, step.Report);
        var count = int.Parse(step.Body.Split(',')[step.Number], CultureInfo.InvariantCulture);
        var deadline = time.GetUtcNow() + StepLimit;
        var noted = false;
        while (true)
        {
            var summary = await WaitUntilActiveAsync(target, deadline, report, cancellationToken);
            if (summary.OpenShardCount == count)
            {
                // Done before a restart, or by somebody else.
                return;
            }

            report($"{summary.OpenShardCount} → {count} shards");
            if (!noted)
            {
                journal.Write(target, summary.OpenShardCount, count);
                noted = true;
            }

            try
            {
                await step.ChangeAsync(token => kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(count, StreamName: target), token), cancellationToken);
                break;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && time.GetUtcNow() <= deadline)
            {
                report("Waiting: the call took too long to be sure that it is still this process's to make");
            }
            catch (KinesisException e) when (time.GetUtcNow() <= deadline && (e.StatusCode >= 500 || e.Code is KinesisErrorCodes.ResourceInUse or KinesisErrorCodes.Throttling))
            {
                // Somebody else's change is under way, too many calls at once, or no answer: all pass, and the next look tells whether the call had its effect.
                report($"Waiting: {e.Message}");
            }
            catch (KinesisException e) when (e.StatusCode < 500)
            {
                journal.TakeBack(target);
                throw;
            }

            await Task.Delay(Poll, time, cancellationToken);
        }

        var after = await WaitUntilActiveAsync(target, deadline, report, cancellationToken);
        if (after.OpenShardCount != count)
        {
            throw new InvalidOperationException($"The stream has {after.OpenShardCount} open shards instead of {count}.");
        }
    }

    private async Task<StreamDescriptionSummary> WaitUntilActiveAsync(string stream, DateTimeOffset deadline, Action<string> report, CancellationToken cancellationToken)
    {
        var told = "";
        while (true)
        {
            string reason;
            try
            {
                var summary = (await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(stream), cancellationToken)).StreamDescriptionSummary;
                if (summary.StreamStatus == StreamStatuses.Active)
                {
                    return summary;
                }

                reason = $"the stream is {summary.StreamStatus}";
            }
            catch (KinesisException e) when (e.IsTransient)
            {
                reason = $"the stream service does not answer ({e.Code})";
            }

            if (time.GetUtcNow() > deadline)
            {
                throw new TimeoutException($"Given up after {StepLimit.TotalMinutes} minutes: {reason}.");
            }

            if (told != reason)
            {
                report($"Waiting: {reason}");
                told = reason;
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }
}
