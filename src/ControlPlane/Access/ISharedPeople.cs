namespace Weir.ControlPlane.Access;

/// <summary>Lets one change of the people happen at a time, in all processes that share them: "is there another administrator" stays true while it matters.</summary>
public interface ISharedPeople
{
    /// <summary>Runs a change on the newest state, and shares what it has changed before it returns.</summary>
    Task<T> ChangeAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken);
}

/// <summary>The people of a process that is alone.</summary>
public sealed class OwnPeople : ISharedPeople, IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    public async Task<T> ChangeAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return await change();
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
