using Xunit.Abstractions;
using Xunit.Sdk;

namespace Pipeline.Storage.Tests.Conformance;

/// <summary>A promise of every engine; skipped, with the reason, for an engine that this machine cannot run.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Pipeline.Storage.Tests.Conformance.ConformanceFactDiscoverer", "Pipeline.Storage.Tests")]
public sealed class ConformanceFactAttribute : FactAttribute;

/// <summary>As <see cref="ConformanceFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Pipeline.Storage.Tests.Conformance.ConformanceTheoryDiscoverer", "Pipeline.Storage.Tests")]
public sealed class ConformanceTheoryAttribute : TheoryAttribute;

/// <summary>Says of a class of conformance tests whether its engine can run here.</summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class EngineNeedAttribute : Attribute
{
    /// <summary>Why it cannot, or null.</summary>
    public abstract string? Missing { get; }

    internal static string? MissingFor(ITestMethod method) =>
        method.TestClass.Class.ToRuntimeType().GetCustomAttributes(inherit: true).OfType<EngineNeedAttribute>().FirstOrDefault()?.Missing;
}

public sealed class ConformanceFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        EngineNeedAttribute.MissingFor(testMethod) is { } reason
            ? new XunitSkippedDataRowTestCase(
                DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, reason)
            : base.CreateTestCase(discoveryOptions, testMethod, factAttribute);
}

public sealed class ConformanceTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        EngineNeedAttribute.MissingFor(testMethod) is { } reason
            ? [
                new XunitSkippedDataRowTestCase(
                    DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, reason),
            ]
            : base.Discover(discoveryOptions, testMethod, theoryAttribute);
}
