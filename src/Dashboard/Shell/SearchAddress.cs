namespace Weir.Dashboard.Shell;

/// <summary>
/// Keeps an address in step with what is typed into a search. The browser reports each address some time after it was asked for, when more has been typed already:
/// what such a report says of the search is older than the field and must not be written into it.
/// </summary>
public sealed class SearchAddress
{
    private string? _asked;

    /// <summary>The address to go to, remembered until the browser reports it.</summary>
    public string Ask(string url) => _asked = url;

    /// <summary>Whether the reported address comes from here, so that there is nothing to learn from it.</summary>
    public bool Expects(string address)
    {
        if (_asked is null)
        {
            return false;
        }

        if (address.EndsWith(_asked, StringComparison.Ordinal))
        {
            _asked = null;
        }

        return true;
    }
}
