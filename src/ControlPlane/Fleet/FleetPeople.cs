using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Weir.ControlPlane.Access;

namespace Weir.ControlPlane.Fleet;

/// <summary>Changes people under a lock in the state table. One whose holder has died is taken over after <see cref="Held"/>.</summary>
internal sealed class FleetPeople(StateTable table, SharedDocuments people, TimeProvider time) : ISharedPeople, IDisposable
{
    private const string Partition = "lock";
    private static readonly TimeSpan Held = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(100), Patience = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _one = new(1);

    public async Task<T> ChangeAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var write = await LockAsync(cancellationToken);
            try
            {
                await people.FollowAsync(cancellationToken);
                var result = await change();
                await people.FollowAsync(CancellationToken.None);
                return result;
            }
            finally
            {
                await table.DeleteAsync(Partition, people.Name, "#write = :write", new() { [":write"] = new(write) }, CancellationToken.None);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>Takes the lock; the id of the write that did.</summary>
    private async Task<string> LockAsync(CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var now = time.GetUtcNow();
            var row = StateTable.Key(Partition, people.Name);
            row["until"] = StateTable.Number((now + Held).ToUnixTimeMilliseconds());
            if (await table.PutIfAsync(row, "attribute_not_exists(pk) OR #until < :now", new() { [":now"] = StateTable.Number(now.ToUnixTimeMilliseconds()) }, cancellationToken))
                return row["write"].S;
            if (time.GetElapsedTime(since) > Patience)
                throw new TimeoutException("Another console is changing people; try again in a moment.");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}

/// <summary>The keys of sign-in cookies in the state table, so that who signs in at one console is signed in at all: <code>pk S keys | sk S key-… | xml S</code></summary>
internal sealed class SharedCookieKeys(StateTable table) : IXmlRepository
{
    private const string Partition = "keys";

    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. Wait(() => table.QueryAsync(Partition, null, null, CancellationToken.None)).Select(r => XElement.Parse(r["xml"].S))];

    public void StoreElement(XElement element, string friendlyName)
    {
        var row = StateTable.Key(Partition, friendlyName);
        row["xml"] = new(element.ToString(SaveOptions.DisableFormatting));
        Wait(async () =>
        {
            await table.PutAsync(row, CancellationToken.None);
            return true;
        });
    }

    /// <summary>The framework asks in a way that cannot wait otherwise.</summary>
    private static T Wait<T>(Func<Task<T>> call) => Task.Run(call).GetAwaiter().GetResult();
}
