using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// Memory of connections in blocks of 64 KiB. The server's own blocks hold 4 KiB, of which a request of 500 records fills some 180: as many reads of the
/// socket, and as many turns of the loop that waits for it.
/// </summary>
internal sealed class ConnectionMemory : IMemoryPoolFactory<byte>
{
    private const int BlockBytes = 64 << 10;

    /// <summary>What each pool keeps for later, 8 MiB; a connection holds blocks only while bytes are on their way.</summary>
    private const int MostKept = 128;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private readonly ConcurrentQueue<Block> _free = new();
        private int _kept;

        public override int MaxBufferSize => BlockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
            if (!_free.TryDequeue(out var block))
                return new Block(this);
            Interlocked.Decrement(ref _kept);
            return block;
        }

        protected override void Dispose(bool disposing) => _free.Clear();

        private void Return(Block block)
        {
            if (Interlocked.Increment(ref _kept) <= MostKept)
                _free.Enqueue(block);
            else
                Interlocked.Decrement(ref _kept);
        }

        /// <summary>Pinned, as sockets want it.</summary>
        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

            public void Dispose() => pool.Return(this);
        }
    }
}
