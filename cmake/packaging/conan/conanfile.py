# SPDX-License-Identifier: BSD-3-Clause
"""Conan 2 recipe of the sources around it: conan create cmake/packaging/conan"""
import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class XgradConan(ConanFile):
    name = "xgrad"
    description = "Reverse-mode autodiff with true double-backward on xtensor, and GANs trained with it"
    license = "BSD-3-Clause"
    topics = ("autodiff", "gradient", "gan", "xtensor")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "tools": [True, False]}
    default_options = {"shared": False, "fPIC": True, "tools": False}
    implements = ["auto_shared_fpic"]

    @property
    def _root(self):
        return os.path.normpath(os.path.join(self.recipe_folder, "..", "..", ".."))

    def set_version(self):
        text = load(self, os.path.join(self._root, "CMakeLists.txt"))
        self.version = re.search(r"project\(xgrad VERSION ([0-9.]+)", text).group(1)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "README.md", "CHANGELOG.md", "autograd/*", "nn/*", "optim/*",
                        "models/*", "cmake/*"):
            copy(self, pattern, src=self._root, dst=self.export_sources_folder)

    def requirements(self):
        self.requires("xtensor/[>=0.24 <0.28]", transitive_headers=True)
        self.requires("xsimd/[>=8.1 <15]")
        self.requires("openblas/[>=0.3.20 <1]")
        self.requires("zlib/[>=1.2.11 <2]")
        self.requires("nlohmann_json/[>=3.9 <4]")
        self.requires("stb/cci.20240213")
        if self.options.tools:
            self.requires("cli11/[>=2.1 <3]")
            self.requires("tomlplusplus/[>=3.0 <4]")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("xgrad is built and tested on Linux")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["XGRAD_BUILD_PROGRAMS"] = bool(self.options.tools)
        for part in ("TESTS", "BENCHMARKS", "EXAMPLES"):
            toolchain.cache_variables[f"XGRAD_BUILD_{part}"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        for folder in (os.path.join("lib", "cmake"), os.path.join("lib", "pkgconfig"), "share"):
            rmdir(self, os.path.join(self.package_folder, folder))

    def package_info(self):
        self.cpp_info.libs = ["xgrad"]
        self.cpp_info.set_property("cmake_file_name", "xgrad")
        self.cpp_info.set_property("cmake_target_name", "xgrad::xgrad")
        self.cpp_info.set_property("pkg_config_name", "xgrad")
        self.cpp_info.system_libs = ["dl", "pthread"]
