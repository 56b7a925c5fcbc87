using CsCheck;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Tests.Spool;

public sealed class WaitingQueueTests
{
    [Fact]
    public void What_goes_in_comes_out_in_order_however_it_is_interleaved() =>
        Gen.Select(Gen.OneOf(Gen.Long[1, 300], Gen.Long[1, 1L << 40]), Gen.UShort, Gen.Int[0, 2]).Array[0, 6000].Sample(
            steps =>
            {
                var (queue, expected, position) = (new WaitingQueue(), new Queue<Waiting>(), 0L);
                foreach (var (distance, prefix, taken) in steps)
                {
                    position += distance;
                    queue.Enqueue(new Waiting(position, prefix));
                    expected.Enqueue(new Waiting(position, prefix));
                    for (var i = 0; i < taken && expected.Count > 0; i++)
                    {
                        Assert.True(queue.TryPeek(out var next));
                        Assert.True(queue.TryDequeue(out var item));
                        Assert.Equal(expected.Dequeue(), item);
                        Assert.Equal(item, next);
                    }
                }

                while (expected.TryDequeue(out var item))
                {
                    Assert.True(queue.TryDequeue(out var got));
                    Assert.Equal(item, got);
                }

                return queue.Count == 0 && !queue.TryDequeue(out _);
            },
            iter: 100);
}
