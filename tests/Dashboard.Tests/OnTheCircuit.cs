using System.Runtime.CompilerServices;
using AngleSharp;
using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;

namespace Weir.Dashboard.Tests;

/// <summary>
/// Looks and acts where a page is drawn. Pages follow feeds and clocks, so they may be drawn at any moment on another thread; bUnit's own methods of these names, which these hide
/// from the tests, may then find an element that is already replaced, or return before a handler has begun. After these a handler has run as far as it could without waiting.
/// </summary>
internal static class OnTheCircuit
{
    public static IElement Find<T>(this IRenderedComponent<T> page, string selector)
        where T : IComponent => page.InvokeAsync(() => RenderedComponentExtensions.Find(page, selector)).GetAwaiter().GetResult();

    public static IReadOnlyList<IElement> FindAll<T>(this IRenderedComponent<T> page, string selector)
        where T : IComponent => page.InvokeAsync(() => RenderedComponentExtensions.FindAll(page, selector)).GetAwaiter().GetResult();

    public static void Click(this IElement element) => Act(element, () => EventHandlerDispatchExtensions.Click(element));

    public static void Input<T>(this IElement element, T value) => Act(element, () => EventHandlerDispatchExtensions.Input(element, value));

    public static void Change<T>(this IElement element, T value) => Act(element, () => EventHandlerDispatchExtensions.Change(element, value));

    public static void Submit(this IElement element) => Act(element, () => EventHandlerDispatchExtensions.Submit(element));

    private static void Act(IElement element, Action act) => element.Owner!.Context.GetService<BunitContext>()!.Renderer.Dispatcher.InvokeAsync(act).GetAwaiter().GetResult();

    /// <summary>Tests that wait hold threads of the pool, which has one for each processor at first and adds others slowly: what they wait for must not wait for that.</summary>
    [ModuleInitializer]
    internal static void KeepThreadsReady()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, 16), completions);
    }
}
