// The only file of this project that may name the actor runtime.
#if AKKA
global using Akka.Actor;
global using Akka.TestKit;
global using Akka.TestKit.Xunit2;
#else
global using Pipeline.Kernel.Actor;
global using Pipeline.Kernel.TestKit;
#endif
global using System.Collections.Immutable;
