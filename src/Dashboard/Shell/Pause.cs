namespace Weir.Dashboard.Shell;

/// <summary>
/// Whether the numbers of this tab stand still, so that somebody can read them
/// (<see href="https://www.w3.org/TR/WCAG22/#pause-stop-hide">WCAG 2.2.2</see>). Samples go on being taken; one for each circuit.
/// </summary>
public sealed class Pause
{
    public bool On { get; private set; }

    public void Toggle() => On = !On;
}
